-- 852 members
select c.customer_id
from customers c
join orders o on o.customer_id = c.customer_id
where c.first_seen_at < timestamp '2011-09-11 00:00:00'
  and not o.cancelled
  and o.placed_at < timestamp '2011-12-10 00:00:00'
group by c.customer_id
having count(*) = 1
order by c.customer_id;
