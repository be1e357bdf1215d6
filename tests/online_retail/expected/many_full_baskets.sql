-- 141 members
with full_baskets as (
    select order_no
    from order_lines
    where sold_at < timestamp '2011-12-10 00:00:00'
    group by order_no
    having count(*) > 5
)
select c.customer_id
from customers c
join orders o on o.customer_id = c.customer_id
join full_baskets b on b.order_no = o.order_no
where o.placed_at < timestamp '2011-12-10 00:00:00'
group by c.customer_id
having count(*) >= 2
order by c.customer_id;
