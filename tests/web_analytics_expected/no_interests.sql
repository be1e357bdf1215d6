-- 24 members
select person_id
from people
where interests is null or cast(interests as text) in ('{}', '[]')
order by person_id;
