-- 140 members
select c.customer_id
from customers c
join orders o on o.customer_id = c.customer_id
join order_lines l on l.order_no = o.order_no
where c.country = 'United Kingdom'
  and l.quantity > 0
  and o.placed_at < timestamp '2011-12-10 00:00:00'
  and l.sold_at < timestamp '2011-12-10 00:00:00'
group by c.customer_id
having count(*) >= 3
   and sum(l.quantity) >= 24 * count(*)
order by c.customer_id;
