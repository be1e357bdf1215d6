-- 4 members
select company_id
from companies
where cast(intent ->> 'score' as integer) >= 50
  and cast(intent -> 'topics' as text) like '%"crm"%'
order by company_id;
