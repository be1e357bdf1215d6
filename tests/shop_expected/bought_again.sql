-- 55 members
-- The lines of one order have one time, so two lines of one order don't follow one another.
select distinct c.customer_id
from customers c
join orders a on a.customer_id = c.customer_id and a.status = 'paid'
join order_lines x on x.order_id = a.order_id and x.line_no is not null
join orders b on b.customer_id = c.customer_id and b.status = 'paid'
join order_lines y on y.order_id = b.order_id and y.line_no is not null and y.sku = x.sku
where b.ordered_at > a.ordered_at
  and b.ordered_at <= a.ordered_at + interval '2160' hour
  and b.ordered_at < timestamptz '2026-03-31 12:00:00+00'
order by c.customer_id;
