-- 193 members
select c.customer_id
from customers c
join orders o on o.customer_id = c.customer_id
where not o.cancelled
group by c.customer_id
having count(case when o.placed_at >= timestamp '2011-11-10 00:00:00' and o.placed_at < timestamp '2011-12-10 00:00:00' then 1 end) > 0
   and count(case when o.placed_at >= timestamp '2011-10-11 00:00:00' and o.placed_at < timestamp '2011-11-10 00:00:00' then 1 end) > 0
   and count(case when o.placed_at >= timestamp '2011-09-11 00:00:00' and o.placed_at < timestamp '2011-10-11 00:00:00' then 1 end) > 0
order by c.customer_id;
