-- 3 members
select c.company_id
from companies c
join people p on p.company_id = c.company_id
join users u on u.person_id = p.person_id
join sessions s on s.user_id = u.user_id
where s.started_at >= timestamptz '2026-01-09 16:00:00+00' and s.started_at < timestamptz '2026-03-10 15:00:00+00'
group by c.company_id
order by count(*) desc, c.company_id
limit 3;
