-- 17 members
-- Addresses are `u<number>` before the @, in lower case or with a U.
select user_id
from users
where email like 'u%@company.com' and email not like '%+%'
order by user_id;
