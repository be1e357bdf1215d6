-- 13 members
with owed as (
    select customer_id, sum(total) as total
    from orders
    where status = 'pending' and ordered_at < timestamptz '2026-03-31 12:00:00+00'
    group by customer_id
)
select c.customer_id
from customers c
join owed on owed.customer_id = c.customer_id
where owed.total > coalesce(c.credit_limit, 100)
order by c.customer_id;
