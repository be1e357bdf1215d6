-- 18 members
select c.customer_id
from customers c
join orders o on o.customer_id = c.customer_id
where o.ordered_at < timestamptz '2026-03-31 12:00:00+00'
group by c.customer_id
having count(*) >= 3 and 2 * count(o.coupon) > count(*)
order by c.customer_id;
