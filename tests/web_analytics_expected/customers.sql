-- 8 members
select c.company_id
from companies c
join crm_opportunities o on o.company_id = c.company_id
where o.stage = 'won' and o.created_on <= date '2026-03-10'
group by c.company_id
having count(*) >= 2 or sum(o.amount) >= 10000 * count(o.amount)
order by c.company_id;
