-- 202 members
select c.customer_id
from customers c
join orders o on o.customer_id = c.customer_id
where o.placed_at < timestamp '2011-12-10 00:00:00'
group by c.customer_id
having sum(case when o.cancelled then 1 else 0 end) > 0
   and 5 * sum(case when o.cancelled then 1 else 0 end) > count(*)  -- more than a fifth, without division
order by c.customer_id;
