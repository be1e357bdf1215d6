-- 28 members
select c.customer_id
from customers c
join orders o on o.customer_id = c.customer_id
join order_lines l on l.order_id = o.order_id
where o.ordered_at < timestamptz '2026-03-31 12:00:00+00'
  and l.line_no is not null
group by c.customer_id
having count(distinct l.sku) >= 10
order by c.customer_id;
