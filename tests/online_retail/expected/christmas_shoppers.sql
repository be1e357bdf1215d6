-- 595 members
select distinct c.customer_id
from customers c
join orders o on o.customer_id = c.customer_id
join order_lines l on l.order_no = o.order_no
join products p on p.stock_code = l.stock_code
where l.quantity > 0
  and o.placed_at < timestamp '2011-12-10 00:00:00'
  and l.sold_at >= timestamp '2011-10-01 00:00:00'
  and l.sold_at < timestamp '2011-12-10 00:00:00'
  and upper(p.description) like '%CHRISTMAS%'
order by c.customer_id;
