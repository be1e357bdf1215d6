-- 141 members
select c.customer_id
from customers c
where 2 <= (
    select count(*)
    from orders o
    where o.customer_id = c.customer_id
      and o.placed_at < timestamp '2011-12-10 00:00:00'
      and 5 < (select count(*) from order_lines l
               where l.order_no = o.order_no and l.sold_at < timestamp '2011-12-10 00:00:00')
)
order by c.customer_id;
