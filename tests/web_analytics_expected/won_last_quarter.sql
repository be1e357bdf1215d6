-- 5 members
select distinct c.company_id
from companies c
join crm_opportunities o on o.company_id = c.company_id
where o.stage = 'won'
  and o.created_on <= date '2026-03-10'
  and o.closed_on between date '2025-10-01' and date '2025-12-31'
order by c.company_id;
