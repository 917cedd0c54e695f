drop function save_step;
