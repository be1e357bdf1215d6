-- 395 members
with spent as (
    select o.customer_id,
           sum(case when l.sold_at >= timestamp '2011-09-11 00:00:00' then l.quantity * l.unit_price else 0 end) as now90,
           sum(case when l.sold_at < timestamp '2011-09-11 00:00:00' then l.quantity * l.unit_price else 0 end) as before90
    from orders o
    join order_lines l on l.order_no = o.order_no
    where l.sold_at >= timestamp '2011-06-13 00:00:00'
      and l.sold_at < timestamp '2011-12-10 00:00:00'
      and o.placed_at < timestamp '2011-12-10 00:00:00'
    group by o.customer_id
)
select c.customer_id
from customers c
join spent s on s.customer_id = c.customer_id
where s.before90 > 0
  and s.now90 > 1.5 * s.before90
order by c.customer_id;
