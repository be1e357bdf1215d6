-- 16 members
select user_id
from users
where beta_tester = true and feature_experience_level >= 3
order by user_id;
