-- 2 members
select l.order_id, l.line_no
from order_lines l
left join orders o on o.order_id = l.order_id
left join products p on p.sku = l.sku
where l.line_no is not null
  and (o.order_id is null or p.sku is null)
order by l.order_id, l.line_no;
