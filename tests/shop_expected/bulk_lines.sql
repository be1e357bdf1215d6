-- 121 members
select l.order_id, l.line_no
from order_lines l
join orders o on o.order_id = l.order_id
where l.line_no is not null
  and l.quantity >= 10 and l.quantity <= 1000
  and o.status = 'paid'
order by l.order_id, l.line_no;
