-- 90 members
with facts as (
    select o.customer_id,
           sum(case when not o.cancelled then l.quantity * l.unit_price else 0 end) as revenue,
           sum(case when l.sold_at >= timestamp '2011-09-11 00:00:00' then l.quantity * l.unit_price else 0 end) as now90,
           sum(case when l.sold_at >= timestamp '2011-06-13 00:00:00' and l.sold_at < timestamp '2011-09-11 00:00:00'
                    then l.quantity * l.unit_price else 0 end) as before90
    from orders o
    join order_lines l on l.order_no = o.order_no
    where o.placed_at < timestamp '2011-12-10 00:00:00'
      and l.sold_at < timestamp '2011-12-10 00:00:00'
    group by o.customer_id
),
counts as (
    select customer_id,
           count(*) as orders,
           sum(case when cancelled then 1 else 0 end) as cancelled,
           max(case when not cancelled then placed_at end) as last_purchase
    from orders
    where placed_at < timestamp '2011-12-10 00:00:00'
    group by customer_id
)
select c.customer_id
from customers c
join facts f on f.customer_id = c.customer_id
join counts n on n.customer_id = c.customer_id
where n.cancelled = 0                       -- so all of the orders are purchases
  and n.orders >= 5
  and n.last_purchase > timestamp '2011-11-10 00:00:00'
  and f.revenue >= 200
  and f.before90 > 0
  and f.now90 > 1.5 * f.before90
order by c.customer_id;
