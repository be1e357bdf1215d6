-- 181 members
select c.customer_id
from customers c
join orders o on o.customer_id = c.customer_id
where not o.cancelled
  and o.placed_at < timestamp '2011-12-10 00:00:00'
group by c.customer_id
having count(*) >= 2
   and max(o.placed_at) < timestamp '2011-06-13 00:00:00'
order by c.customer_id;
