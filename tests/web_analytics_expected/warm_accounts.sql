-- 5 members
-- 60 days before as_of is 9 January, 11:00 in New York, on winter time.
select company_id
from (
    select c.company_id
    from companies c
    where 2 <= (select count(*) from people p where p.company_id = c.company_id)
      and 5 <= (select count(*)
                from people p
                join users u on u.person_id = p.person_id
                join sessions s on s.user_id = u.user_id
                where p.company_id = c.company_id
                  and s.started_at >= timestamptz '2026-01-09 16:00:00+00'
                  and s.started_at < timestamptz '2026-03-10 15:00:00+00')
) warm
order by company_id;
