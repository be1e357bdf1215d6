-- 5 members
-- Two weeks before as_of is 17 March, 13:00 in London, still winter time. A line is counted
-- once, whatever its order; products without any such line count 0.
select p.sku
from products p
left join order_lines l on l.sku = p.sku and l.line_no is not null
left join orders o on o.order_id = l.order_id
     and o.status = 'paid'
     and o.ordered_at >= timestamptz '2026-03-17 13:00:00+00'
     and o.ordered_at < timestamptz '2026-03-31 12:00:00+00'
group by p.sku
having count(o.order_id) < 5
order by p.sku;
