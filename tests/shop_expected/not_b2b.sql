-- 82 members
-- Company 99 does not exist, so its people are in no big account.
with big as (
    select b.company_id
    from companies b
    left join customers c on c.company_id = b.company_id
    left join orders o on o.customer_id = c.customer_id
         and o.status = 'paid'
         and o.ordered_at < timestamptz '2026-03-31 12:00:00+00'
    where b.industry is null or b.industry <> 'retail'
    group by b.company_id, b.employees
    having b.employees >= 250 or sum(o.total) >= 1500
)
select c.customer_id
from customers c
left join big on big.company_id = c.company_id
where big.company_id is null
  and (c.plan is null or c.plan <> 'enterprise')
order by c.customer_id;
