"""What is wrong with a value that was typed, or that stands in a file: a sentence and a remedy per reason."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from backend.web.message_text import Text

_CORRECT_PAYMENTS = _l("Add a payment, or correct the amounts.")

TYPED: Mapping[str, Text] = {
    "address_too_long": (
        _l("This address is too long for a ticket."),
        _l("Write it in up to 5 lines of 200 characters."),
    ),
    "amount": (_l("“%(value)s” is not an amount."), _l("Type it as in 12.50.")),
    "company_name": (_l("The company has no name."), _l("Type the one that your tickets should bear.")),
    "control_character": (_l("This text holds a character that can't be shown."), _l("Type it again by hand.")),
    "contact_unknown": (
        _l("There is no contact with the code “%(value)s”."),
        _l("Create it first, or leave this empty."),
    ),
    "csv_broken": (
        _l("Line %(value)s can't be read: a quotation mark is open or stands in the wrong place."),
        _l("Save the file once more from the spreadsheet, as CSV."),
    ),
    "csv_column_twice": (_l("Two columns mean the same: %(value)s."), _l("Take one of them out.")),
    "csv_empty": (_l("The file is empty."), _l("Choose a file whose first line holds the headings.")),
    "csv_encoding": (
        _l("The letters of this file can't be read."),
        _l("Save it as CSV in UTF-8 or in the Windows encoding."),
    ),
    "csv_faulty": (_l("The file has faults."), _l("Correct it, then choose it again.")),
    "csv_no_key": (
        _l("The first line has no heading that names a record: %(value)s."),
        _l("Take the headings of an exported file."),
    ),
    "csv_too_big": (_l("The file is bigger than %(value)s MB."), _l("Divide it into several files.")),
    "csv_too_many_cells": (
        _l("The line has %(value)s cells, more than there are headings."),
        _l("Put a text that holds a separator into quotation marks."),
    ),
    "csv_twice": (_l("Line %(value)s holds the same record."), _l("Leave one of the two lines.")),
    "day": (_l("“%(value)s” is not a date."), _l("Choose a day in the calendar.")),
    "discount_too_big": (_l("The discount is more than the article costs."), _l("Lower the discount.")),
    "email": (
        _l("“%(value)s” is not an e-mail address."),
        _l("It needs a name, one @ and a domain, as in name@example.org."),
    ),
    "email_missing": (_l("An e-mail address is missing."), _l("Type one, as in name@example.org.")),
    "folder_missing": (
        _l("“%(value)s” is not a folder of this PC."),
        _l("Type its full path, as the Explorer shows it."),
    ),
    "folder_of_shop": (_l("This folder belongs to Facteur's own files."), _l("Choose another one.")),
    "folder_read_only": (
        _l("Facteur may not write into this folder."),
        _l("Change its rights, or choose another one."),
    ),
    "formula_missing": (_l("The formula is missing."), _l("Type one: the help beside it shows what it may hold.")),
    "host": (
        _l("“%(value)s” is not the name of a server."),
        _l("Enter the name that your mail provider gives, as in smtp.example.org."),
    ),
    "label_missing": (_l("An article has no name."), _l("Type what was sold.")),
    "language": (_l("Facteur doesn't speak “%(value)s”."), _l("Choose French or English.")),
    "layout_exists": (_l("There is a layout named “%(value)s” already."), _l("Choose another name.")),
    "layout_name": (_l("This can't be the name of a layout."), _l("Type 1 to %(value)s characters.")),
    "layout_paper": (
        _l("The layout “%(value)s” is for another paper here, and the paper of a layout never changes."),
        _l("Delete that layout here first, or leave out the part about layouts."),
    ),
    "line_place": (_l("The ticket has no article number %(value)s."), _l("Look at the ticket again, then go on.")),
    "line_count": (_l("A ticket needs between 1 and 1,000 articles."), _l("Add an article, or make two tickets.")),
    "logo_blank": (_l("There is nothing on this picture but white."), _l("Choose a picture that shows your logo.")),
    "logo_bytes": (
        _l("This file is too big for a logo: %(value)s MB."),
        _l("Choose one of at most 1 MB: a logo that your website shows is small enough."),
    ),
    "logo_damaged": (
        _l("This picture can't be read: it is damaged, or not what its name says."),
        _l("Open it in a drawing program and save it as PNG, then choose that file."),
    ),
    "logo_missing": (_l("No file was chosen."), _l("Choose the picture of your logo.")),
    "logo_pixels": (
        _l("This picture is too large for a logo: %(value)s dots."),
        _l("Make it smaller: 1,600 dots a side are plenty."),
    ),
    "logo_small": (
        _l("This picture is too small for a logo: %(value)s dots."),
        _l("Choose one of at least 300 dots a side, so that it prints clearly."),
    ),
    "logo_svg_active": (
        _l("This drawing holds more than a drawing (%(value)s): a program, a link or another file."),
        _l("Save it as “plain SVG” or as PNG in your drawing program, then choose that file."),
    ),
    "logo_type": (
        _l("This is no picture that Facteur can print."),
        _l("Choose a file of the kind PNG, JPEG or SVG."),
    ),
    "megabytes": (
        _l("This can't be the limit of a mail."),
        _l("Type a whole number from 1 to %(value)s, or nothing."),
    ),
    "mail_id": (
        _l("“%(value)s” doesn't name one mail."),
        _l("Give more of its id, at least 4 signs, as “outbox list” shows it."),
    ),
    "no_sender": (
        _l("No user has sender settings yet."),
        _l("Set one up first, in the user list or with the command “sender set”."),
    ),
    "mail_text_missing": (_l("This text is missing."), _l("Type what your customers should read.")),
    "number": (_l("“%(value)s” is not a number that fits here."), _l("Type digits, as in 1.5.")),
    "number_missing": (
        _l("A ticket of the foreign till %(value)s needs its number."),
        _l("Let the other till software give one."),
    ),
    "passphrase_differs": (_l("The two passphrases are not the same."), _l("Type the same one twice.")),
    "passphrase_length": (
        _l("A passphrase needs 8 to 200 characters."),
        _l("Choose some words that only you put together."),
    ),
    "password_in_clear": (
        _l("Without encryption the password could be read on the way."),
        _l("Choose SSL/TLS or STARTTLS, or empty the user name."),
    ),
    "no_copies": (_l("Till tickets have no Cc and no Bcc."), _l("Take these addresses out.")),
    "oauth_provider_missing": (
        _l("Signing in at a provider needs the provider's name."),
        _l("Name it, or choose a password."),
    ),
    "password_length": (_l("A password or PIN needs 4 to 200 characters."), _l("Choose another one.")),
    "payment_method": (_l("“%(value)s” is not a means of payment."), _l("Choose one of those shown.")),
    "payments_differ": (
        _l("What is paid back is not the total of the credit note."),
        _l("Correct the amounts that are paid back."),
    ),
    "payments_missing": (_l("The payments do not reach the total: %(euros)s € are missing."), _CORRECT_PAYMENTS),
    "percent": (_l("“%(value)s” is not a discount."), _l("Type from 0 to 100 %%, or an amount.")),
    "port": (_l("“%(value)s” is not a port."), _l("Enter a number from 1 to 65535: usually 465 or 587.")),
    "missing_value": (_l("This is missing."), _l("Fill it in.")),
    "record_choice": (_l("“%(value)s” is not possible here."), _l("Take one of the values that are offered.")),
    "record_code": (_l("“%(value)s” can't be a code."), _l("Use letters, digits, blanks and hyphens.")),
    "record_exists": (_l("“%(value)s” is there already, perhaps archived."), _l("Choose another code.")),
    "record_flag": (_l("“%(value)s” is neither yes nor no."), _l("Type 1 for yes, or nothing.")),
    "program_missing": (
        _l("No program is named that makes the PDF."),
        _l("Type its full path in the first line, then each argument in a line of its own."),
    ),
    "program_place_missing": (
        _l("The arguments hold no %(value)s."),
        _l("Put {html} where the program expects the page, and {pdf} where it expects the file to make."),
    ),
    "program_place_unknown": (
        _l("Facteur doesn't know what %(value)s stands for."),
        _l("Use {html}, {pdf} and {width_mm} only."),
    ),
    "program_too_long": (_l("These arguments are too long."), _l("Up to %(value)s arguments are possible.")),
    "quantity_sign": (
        _l("“%(value)s” is not a quantity for this kind of ticket."),
        _l("A ticket has quantities above 0, a credit note below 0."),
    ),
    "recipients_missing": (_l("The mail has no recipient."), _l("Type the customer's e-mail address.")),
    "reference_missing": (
        _l("A ticket for Facteur's own till %(value)s needs a reference of its own."),
        _l("Let the other till software give one."),
    ),
    "siret": (_l("“%(value)s” is not a SIRET number."), _l("Type its 14 digits, or leave the field empty.")),
    "text_too_long": (_l("This text is too long."), _l("Shorten it to %(value)s characters.")),
    "ticket_number": (_l("“%(value)s” is not a ticket number."), _l("Type till and number, as in C1-4.")),
    "till_code": (
        _l("“%(value)s” is not the code of a till."),
        _l("A code is 1 to 8 capital letters and digits, as in C1."),
    ),
    "too_many_recipients": (
        _l("%(value)s recipients are too many for one mail."),
        _l("Take some out: 20 are possible."),
    ),
    "unknown_field": (
        _l("“[%(value)s]” is not a field of the ticket."),
        _l("Take one of those shown, or no brackets."),
    ),
    "user_exists": (_l("There is a user named “%(value)s” already."), _l("Choose another name.")),
    "user_missing": (_l("Several users can send: it isn't clear which one is meant."), _l("Name one with --user.")),
    "user_name": (_l("“%(value)s” can't be the name of a user."), _l("A name has 1 to 40 characters.")),
    "variable_code": (
        _l("“%(value)s” can't be the code of a variable."),
        _l("Type capitals, digits and blanks, up to 40 characters, as in NOM CAISSIER."),
    ),
    "variable_code_missing": (
        _l("The code is missing."),
        _l("Type what stands between the brackets, as in NOM CAISSIER."),
    ),
    "variable_count": (
        _l("A mail takes %(value)s variables at most, and they are all defined."),
        _l("Delete one that you don't need, or change it."),
    ),
    "variable_exists": (_l("There is a variable [%(value)s] already."), _l("Choose another code.")),
    "variable_field": (_l("No field is chosen."), _l("Choose a field; a line with an arrow opens a further list.")),
    "variable_format": (_l("“%(value)s” is no format of this field."), _l("Choose one of the list.")),
    "variable_label": (_l("A variable needs a label."), _l("Type 1 to %(value)s characters.")),
    "walk_in_fixed": (_l("The walk-in customer DIVERS stays as it is."), _l("Choose another code.")),
    "vat_number": (_l("“%(value)s” is not a VAT number."), _l("Type it as in FR12123456789, or leave it empty.")),
    "vat_rate": (_l("“%(value)s” is not a VAT rate."), _l("Type a rate from 0 to 99.99 per cent, as in 20 or 5.5.")),
}
UNKNOWN_REASON: Text = (
    _l("“%(value)s” doesn't fit here (%(where)s)."),
    _l("Correct it, then try again."),
)

IN_FILE: Mapping[str, LazyString] = {
    "credit_of_ticket": _l("only a credit note names the ticket that it corrects"),
    "credit_sign": _l("a ticket's total is above 0, a credit note's below: %(value)s"),
    "date_in_future": _l("the date lies in the future: %(value)s"),
    "duplicate_key": _l("a name stands twice in one object"),
    "email": _l("“%(value)s” is not an e-mail address"),
    "encoding": _l("the file is not UTF-8"),
    "formula": _l("a formula has a fault (line:character %(value)s)"),
    "json": _l("this is not JSON: %(value)s"),
    "line_total_differs": _l("quantity, price and discount come to %(value)s"),
    "missing": _l("it is missing"),
    "newer_version": _l("a newer Facteur has written it: install the newest version here too"),
    "no_settings_file": _l("this is no settings file of Facteur"),
    "number_missing": _l("a ticket of the foreign till %(value)s needs its number"),
    "other_content": _l("ticket %(value)s is recorded already, with other content"),
    "own_till_numbers": _l("till %(value)s is numbered by Facteur: the ticket must bring no number"),
    "payments_differ": _l("the payments come to %(value)s"),
    "reference_missing": _l("a ticket for Facteur's own till %(value)s needs a reference of its own"),
    "till_unknown": _l("there is no till %(value)s"),
    "too_big": _l("the file is too big"),
    "too_few": _l("there are too few of them"),
    "too_long": _l("the text is too long"),
    "too_many": _l("there are too many of them"),
    "total_differs": _l("the lines come to %(value)s"),
    "twice": _l("“%(value)s” stands in it twice"),
    "unknown_code": _l("there is no variable [%(value)s]"),
    "unknown_field": _l("Facteur doesn't know this field"),
    "unreadable": _l("the file can't be read: %(value)s"),
    "vat_amount_differs": _l("the VAT of these lines is %(value)s"),
    "vat_gross_differs": _l("the lines at this rate come to %(value)s"),
    "vat_rate_missing": _l("the rate of %(value)s is missing"),
    "vat_rate_unused": _l("no line has the rate of %(value)s"),
    "vat_sum_differs": _l("total less net amount is %(value)s"),
    "walk_in_address": _l("the walk-in customer DIVERS has no address"),
    "wrong_type": _l("this is the wrong kind of value"),
    "wrong_value": _l("“%(value)s” is not possible here"),
}
IN_FILE_UNKNOWN = _l("this is wrong: %(value)s")
IN_FILE_WHOLE = _l("“%(file)s” was refused: %(fault)s.")
IN_FILE_AT_LINE = _l("“%(file)s” was refused, line %(line)s: %(fault)s.")
IN_FILE_AT_FIELD = _l("“%(file)s” was refused, line %(line)s, %(where)s: %(fault)s.")
IN_FILE_REMEDY = _l("Nothing of the file was recorded. Correct it, then import it again.")
