-- 2 members
with known as (
    select p.person_id
    from people p
    where exists (select 1
                  from users u
                  join sessions s on s.user_id = u.user_id
                  join events e on e.session_id = s.session_id
                  where u.person_id = p.person_id
                    and e.name = 'Purchase'
                    and s.started_at < timestamptz '2026-03-10 15:00:00+00'
                    and e."at" >= timestamptz '2026-02-01 05:00:00+00'
                    and e."at" < timestamptz '2026-03-10 15:00:00+00'
                  group by u.user_id
                  having sum(e.value) >= 100)
       or (p.origin = 'imported'
           and exists (select 1
                       from companies c
                       join crm_opportunities o on o.company_id = c.company_id
                       where c.company_id = p.company_id
                         and o.stage = 'won'
                         and o.created_on <= date '2026-03-10'))
)
select p.person_id
from people p
where p.email is not null
  and exists (select 1 from crm_leads l
              where l.person_id = p.person_id
                and l.status in ('open', 'working')
                and l.created_at < timestamptz '2026-03-10 15:00:00+00')
  and p.person_id not in (select person_id from known)
  and lower(p.email) not like '%@agency.example'
order by p.person_id;
