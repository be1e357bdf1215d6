-- 24 members
select person_id
from people
where ('pricing' = any(interests) or 'api' = any(interests))
  and not ('careers' = any(interests))
order by person_id;
