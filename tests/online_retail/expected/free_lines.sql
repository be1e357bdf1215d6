-- 36 members
-- An order without a customer has no country, and so is not British.
select l.line_id
from order_lines l
left join orders o on o.order_no = l.order_no
left join customers c on c.customer_id = o.customer_id
where l.unit_price = 0
  and (c.country is null or c.country <> 'United Kingdom')
order by l.line_id;
