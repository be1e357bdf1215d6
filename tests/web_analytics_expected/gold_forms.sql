-- 10 members
-- A step in quotes is text, not a number.
select person_id
from people
where (answers ->> 'tier') = 'gold'
  and cast(answers as text) not like '%"step": "%'
  and cast((answers -> 'form') ->> 'step' as integer) >= 2
order by person_id;
