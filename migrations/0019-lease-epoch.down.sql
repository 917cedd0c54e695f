drop function epoch_of_another(text, text);
