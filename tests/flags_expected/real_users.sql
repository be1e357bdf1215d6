-- 66 members
select user_id
from users
where email is null or (email not like '%+test%' and lower(email) not like '%@company.com')
order by user_id;
