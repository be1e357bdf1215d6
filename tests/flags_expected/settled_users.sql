-- 17 members
select user_id
from users
where cast(signed_up_at at time zone 'UTC' as date) <= date '2025-01-30'
  and country in ('US', 'CA', 'GB')
  and email like 'u%'
order by user_id;
