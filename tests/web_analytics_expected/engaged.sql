-- 163 members
select session_id
from sessions
where (duration_seconds > 60 and pageviews >= 3) or engagement > 0.5
order by session_id;
