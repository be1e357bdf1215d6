-- 125 members
with baskets as (
    select o.customer_id, o.order_no, sum(l.quantity * l.unit_price) as worth
    from orders o
    join order_lines l on l.order_no = o.order_no
    where not o.cancelled
      and o.placed_at < timestamp '2011-12-10 00:00:00'
      and l.sold_at < timestamp '2011-12-10 00:00:00'
    group by o.customer_id, o.order_no
)
select customer_id
from customers
where customer_id in (select customer_id from baskets where worth >= 250)
order by customer_id;
