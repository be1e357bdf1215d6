-- 38 members
select u.user_id
from users u
join sessions s on s.user_id = u.user_id
where s.started_at < timestamptz '2026-03-10 15:00:00+00'
group by u.user_id
having count(*) >= 3
order by u.user_id;
