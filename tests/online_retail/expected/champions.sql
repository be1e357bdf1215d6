-- 304 members
with purchases as (
    select customer_id, count(*) as purchases, max(placed_at) as last_purchase
    from orders
    where not cancelled and placed_at < timestamp '2011-12-10 00:00:00'
    group by customer_id
),
revenue as (
    select o.customer_id, sum(l.quantity * l.unit_price) as revenue
    from orders o
    join order_lines l on l.order_no = o.order_no
    where not o.cancelled
      and o.placed_at < timestamp '2011-12-10 00:00:00'
      and l.sold_at < timestamp '2011-12-10 00:00:00'
    group by o.customer_id
)
select c.customer_id
from customers c
join purchases p on p.customer_id = c.customer_id
join revenue r on r.customer_id = c.customer_id
where p.last_purchase > timestamp '2011-11-10 00:00:00'
  and p.purchases >= 5
  and r.revenue >= 200
order by c.customer_id;
