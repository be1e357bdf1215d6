-- 3 members
with deep as (
    select s.session_id, s.user_id
    from sessions s
    join events e on e.session_id = s.session_id
    where s.device = 'desktop'
      and s.started_at < timestamptz '2026-03-10 15:00:00+00'
      and e."at" < timestamptz '2026-03-10 15:00:00+00'
    group by s.session_id, s.user_id
    having count(*) >= 3
)
select u.user_id
from users u
join deep d on d.user_id = u.user_id
group by u.user_id
having count(*) >= 2
order by u.user_id;
