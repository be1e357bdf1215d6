-- 263 members
-- The window is on the line's own time, sold_at: it is the last entity of the path that has one.
select c.customer_id
from customers c
join orders o on o.customer_id = c.customer_id
join order_lines l on l.order_no = o.order_no
where l.sold_at >= timestamp '2011-09-11 00:00:00'
  and l.sold_at < timestamp '2011-12-10 00:00:00'
  and o.placed_at < timestamp '2011-12-10 00:00:00'
group by c.customer_id
having sum(l.quantity * l.unit_price) >= 150
order by c.customer_id;
