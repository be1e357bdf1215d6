-- 33 members
-- A line without a number is no line.
with baskets as (
    select o.order_id, o.customer_id, sum(l.quantity * l.unit_price) as worth
    from orders o
    join order_lines l on l.order_id = o.order_id
    where o.ordered_at < timestamptz '2026-03-31 12:00:00+00'
      and l.line_no is not null
    group by o.order_id, o.customer_id
)
select c.customer_id
from customers c
join baskets b on b.customer_id = c.customer_id
where b.worth >= 150
group by c.customer_id
having count(*) >= 2
order by c.customer_id;
