-- 95 members
select user_id
from users
where country is null or country not in ('CN', 'RU', 'KP')
order by user_id;
