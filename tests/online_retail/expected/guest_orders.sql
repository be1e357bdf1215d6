-- 289 members
select o.order_no
from orders o
join order_lines l on l.order_no = o.order_no
where o.customer_id is null
  and l.sold_at < timestamp '2011-12-10 00:00:00'
group by o.order_no
having sum(l.quantity * l.unit_price) >= 20
order by o.order_no;
