-- 596 members
select distinct c.customer_id
from customers c
join orders o on o.customer_id = c.customer_id
where o.placed_at >= timestamp '2011-11-26 00:00:00'
  and o.placed_at < timestamp '2011-12-10 00:00:00'
order by c.customer_id;
