-- 865 members
select p.stock_code
from products p
join order_lines l on l.stock_code = p.stock_code
where l.sold_at < timestamp '2011-12-10 00:00:00'
group by p.stock_code
having max(l.sold_at) < timestamp '2011-09-11 00:00:00'
order by p.stock_code;
