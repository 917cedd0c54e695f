drop table calendar_closings, calendar_days;
