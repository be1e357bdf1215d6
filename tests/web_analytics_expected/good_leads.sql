-- 8 members
select l.lead_id
from crm_leads l
join people p on p.person_id = l.person_id
join companies c on c.company_id = p.company_id
where (l.status is null or l.status <> 'closed')
  and c.employees >= 40
order by l.lead_id;
