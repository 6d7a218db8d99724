select *
from (
    select
        h.problem_no,
        min(h.file_no) as file_no,
        case
            when bool_or(h.same) then 'carried'
            when bool_or(not h.refused) then 'repaired'
            when any_value(p.severity) = 'refuse' then 'carried'
        end as state
    from handed_again h
    join ops.problems p on p.problem_no = h.problem_no and p.state in {{.P.unsettled}}
    group by h.problem_no
)
where state is not null
