-- 4 members
select c.company_id
from companies c
join people p on p.company_id = c.company_id
join users u on u.person_id = p.person_id
join sessions s on s.user_id = u.user_id
group by c.company_id
having sum(case when s.started_at >= timestamptz '2026-02-08 16:00:00+00'
                 and s.started_at < timestamptz '2026-03-10 15:00:00+00' then 1 else 0 end)
     > sum(case when s.started_at >= timestamptz '2026-01-09 16:00:00+00'
                 and s.started_at < timestamptz '2026-02-08 16:00:00+00' then 1 else 0 end)
order by c.company_id;
