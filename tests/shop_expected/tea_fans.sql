-- 19 members
with bought as (
    select o.customer_id,
           sum(l.quantity) as pieces,
           sum(case when p.category = 'tea' then l.quantity else 0 end) as tea
    from orders o
    join order_lines l on l.order_id = o.order_id
    left join products p on p.sku = l.sku
    where o.ordered_at < timestamptz '2026-03-31 12:00:00+00'
      and l.line_no is not null
    group by o.customer_id
)
select c.customer_id
from customers c
join bought b on b.customer_id = c.customer_id
where b.tea >= 5 and 2 * b.tea > b.pieces
order by c.customer_id;
