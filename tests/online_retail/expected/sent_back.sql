-- 105 members
-- The aggregate ends at `lines`; the order behind a line is a value read from there.
select p.stock_code
from products p
join order_lines l on l.stock_code = p.stock_code
join orders o on o.order_no = l.order_no
where l.quantity < 0
  and l.sold_at < timestamp '2011-12-10 00:00:00'
group by p.stock_code
having count(distinct o.customer_id) >= 2
order by p.stock_code;
