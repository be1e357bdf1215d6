-- 11 members
-- The lines are counted whatever their order's time is: `lines` is where the path ends, and
-- lines have no time of their own. Orders of customers who are gone count as customers.
select p.sku
from products p
join order_lines l on l.sku = p.sku
left join orders o on o.order_id = l.order_id
where l.line_no is not null
group by p.sku
having count(distinct o.customer_id) >= 46 or sum(l.quantity) >= 290
order by p.sku;
